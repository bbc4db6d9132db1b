"""Snipe-IT."""
