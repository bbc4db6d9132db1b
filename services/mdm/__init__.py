"""Mdm: carries lock and wipe commands to the device management that knows the device, once each."""
