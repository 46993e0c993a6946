"""What every room stands on: files, Ctrl-C, tables of text, displays, pictures, the hub."""
