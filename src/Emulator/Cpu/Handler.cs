// Reserved for the one alias that every family of instructions shares. A handler does one decoded instruction and returns the next one, or null
// when the engine has to look for it by the instruction pointer.
// SAFETY: state and operation are native memory owned by the core that is passed along, and live as long as it runs.
global using unsafe Handler = delegate*<RemoteChain.Emulator.Cpu.Core, RemoteChain.Emulator.Cpu.CpuState*, RemoteChain.Emulator.Cpu.Op*, RemoteChain.Emulator.Cpu.Op*>;
