"""Whose voice is this?"""
