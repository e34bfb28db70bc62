"""This file is where the room of figures begins: the only one that knows matplotlib."""
