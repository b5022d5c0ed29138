"""The coordinators' pages: they show what the services know and send what people decide."""
