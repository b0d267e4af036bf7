"""Jsonnet programs in files: are they sound, and how are they written the usual way? (CLI-17)"""
