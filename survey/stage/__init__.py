"""Surface of the hall: projector and the leader's desk."""
