"""This file is where prediction begins: what theory and exact computation say about exits; nothing here simulates."""
