"""Surface of the member: join box, room, promises."""
