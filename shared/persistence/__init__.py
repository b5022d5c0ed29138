"""Engine, naming convention, unit of work and the declarations of personal data."""
