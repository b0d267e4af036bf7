"""What does Limen serve, told to programs? The OpenAPI document, made from routes and wire types when it is asked for (docs/api.md)."""
