"""Workshop tools: what brings catalogues and papers up to date. They stay behind when the house is installed."""
