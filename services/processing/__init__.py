"""Record of processing: what is done with people's data, by whom and where; the start of an impact assessment."""
