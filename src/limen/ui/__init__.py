"""The pages in the box: sign-in, sign-up, sign-out, errors and home, drawn from whatever nodes a flow has."""
