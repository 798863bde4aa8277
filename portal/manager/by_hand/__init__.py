"""Pages for messages that go by hand: call lists, relayed steps and who helps."""
