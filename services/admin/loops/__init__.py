"""What `admin` does by itself: hand over ordered sign-in mails, forget what is over."""
