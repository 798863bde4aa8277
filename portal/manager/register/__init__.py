"""Spreadsheet import: the layout, headings and countries of the registers that people keep."""
