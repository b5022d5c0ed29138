"""Pure rules of `admin`: who may come in, for how long, and what they may see."""
