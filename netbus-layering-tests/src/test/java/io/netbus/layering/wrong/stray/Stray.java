package io.netbus.layering.wrong.stray;

/** Breaks the table: its package has no row. */
public final class Stray {}
