"""Microsoft Entra ID, by Microsoft Graph: who has left, and who has moved."""
