"""Surface of the files: tables to CSV, XLSX and JSON."""
