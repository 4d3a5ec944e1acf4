"""Đối Thoại: a dialogue between an organisation and its members, anonymous and one voice each."""
