package io.netbus.layering.wrong.unmarked;

/** Breaks the rule on null: its package has no package-info. */
public final class Unmarked {}
