"""What a study shows, laid out for people: tables of text, and a page that holds all of it."""
