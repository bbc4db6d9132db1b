"""Reading: what all translations share about fields, names, kinds, tickets and XML. Pure."""
