"""What every room stands on: files, Ctrl-C, tables of text, pictures, the hub."""
