"""The Shared Medical Appointment scheduler: this package is the application, and holds its version."""

__version__ = "0.1.0"
