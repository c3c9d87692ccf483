package avpops

// maxNumber is the largest integer that can be written behind i: — hexadecimal
// ones reach over all 32 bits of the language's integers.
const maxNumber = 1<<32 - 1
