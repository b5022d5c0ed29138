"""The demo district: invented people, organisations and requests, and volunteers who answer."""
