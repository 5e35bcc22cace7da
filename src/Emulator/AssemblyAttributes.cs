using System.Runtime.CompilerServices;

// Everything that crosses to libc is blittable; the compiler then refuses anything that would need the runtime's marshaller.
[assembly: DisableRuntimeMarshalling]
