"""What happens before and after a flow: the hooks, and the runner that puts them in order."""
