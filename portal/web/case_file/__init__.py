"""The case file: chosen on a page, made as PDF or as a page to print, kept nowhere."""
