"""The coordinators' pages: a section of the desk."""
