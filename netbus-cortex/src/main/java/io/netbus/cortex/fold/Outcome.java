package io.netbus.cortex.fold;

/** What became of a command. */
public enum Outcome {

    /** It changed the model, and its events are in the log. */
    APPLIED,

    /** The model already was as the command would have it; nothing was appended. */
    NO_OP,

    /** The command does not fit the model's state; nothing was appended. */
    REJECTED
}
