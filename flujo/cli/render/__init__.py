"""What people and programs see: one file per output format, none of which prints by itself."""
