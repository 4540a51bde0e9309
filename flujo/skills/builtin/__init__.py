"""The skills every project has. One module is one family; `catalogue.json` describes them without importing any."""
