"""What every room stands on: files, Ctrl-C, tables of text, the Hugging Face hub."""
