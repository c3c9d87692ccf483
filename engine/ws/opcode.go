package ws

// Opcode says what a frame carries (RFC 6455 §5.2).
type Opcode uint8

// The opcodes that exist.
const (
	OpContinuation Opcode = 0x0
	OpText         Opcode = 0x1
	OpBinary       Opcode = 0x2
	OpClose        Opcode = 0x8
	OpPing         Opcode = 0x9
	OpPong         Opcode = 0xA
)

const (
	finBit     = 0x80
	rsvBits    = 0x70
	opcodeBits = 0x0F
	maskBit    = 0x80
	lengthBits = 0x7F
	controlBit = 0x08 // of an opcode
	length16   = 126
	length64   = 127
)

func (o Opcode) control() bool { return o&controlBit != 0 }

func (o Opcode) known() bool { return o <= OpBinary || o >= OpClose && o <= OpPong }
