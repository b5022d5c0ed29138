"""What the services share: kernel, contracts, messaging, persistence, web, observability."""
