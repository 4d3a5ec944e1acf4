"""Surface of the staff: manage and moderate."""
