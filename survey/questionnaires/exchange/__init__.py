"""Questionnaires as files: XLSForm and our own JSON, read and looked at before anything is made, and written without loss."""
