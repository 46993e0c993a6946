"""Labelled data by name, for the command line."""
