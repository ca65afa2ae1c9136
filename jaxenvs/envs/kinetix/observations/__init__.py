"""What Kinetix shows of a state: numbers in a row, entities, or a picture."""
