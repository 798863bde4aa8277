"""Embargo: facts of voices under seal, held beside the journal until their day is over."""
