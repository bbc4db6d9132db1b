"""Microsoft Intune, by Microsoft Graph."""
