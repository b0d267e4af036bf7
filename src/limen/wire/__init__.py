"""What clients see: the JSON of the API document, one Struct per component, and the tables of errors."""
