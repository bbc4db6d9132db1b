"""The certificate of sanitisation and disposal: what it says of a device or of a batch, and the PDF made of it."""
