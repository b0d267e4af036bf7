"""The outer skin: requests in, answers out. The only place that knows HTTP, and of it only respond.py knows client kinds."""
