// The oracle of the differential tests: a small process that executes single i386 instructions as they stand in a shared file, and writes back what the
// processor made of them: registers, flags, segments, floating point state, memory, or the trap with its error code and address. The process is a 64-bit
// one, because kernels may have no 32-bit programs whatever their processor can; a case runs in compatibility mode (AMD64 Architecture Programmer's Manual,
// volume 2, 1.2.3), which a far jump to a 32-bit code segment enters and a signal leaves: the breakpoint behind the instruction, or what the
// instruction earned. No library; the layout is CaseSlot.cs's.
typedef unsigned int u32;
typedef unsigned long u64;
typedef unsigned char u8;

struct Slot
{
    u32 gpr[8];
    u32 eip, flags;
    u32 es, cs, ss, ds, fs, gs;
    u32 trap, error, address, signal;
    u32 codeAt, codeBytes, change, unused;
    u8 code[32];
    u8 fx[512] __attribute__((aligned(16)));
    u8 memory[512];
    u8 spare[128];
};

static const u32 Shared = 0xE0000000, Window = 0x20000000, Code = 0x20008000, Page = 4096;
static const u32 Slots = 1024;

// What the trampoline reads, at an address that it knows. ESP and SS, EIP and CS lie together for LSS and JMP.
struct Now
{
    u8 fx[512] __attribute__((aligned(64)));
    u32 eax, ecx, edx, ebx, ebp, esi, edi, flags;
    u32 esp, ss, eip, cs, ds, es, fs, gs;
    u64 saved;
};

extern "C"
{
    Now now __attribute__((used));
    Slot* current __attribute__((used));
    u8 lowStack[4096] __attribute__((used, aligned(64)));
    void handler(int signal, void* siginfo, u64* context) __attribute__((used));
}

static u8 signalStack[32768] __attribute__((aligned(64)));

static long call(long number, u64 a, u64 b = 0, u64 c = 0, u64 d = 0, u64 e = 0, u64 f = 0)
{
    long result;
    register u64 r10 __asm__("r10") = d;
    register u64 r8 __asm__("r8") = e;
    register u64 r9 __asm__("r9") = f;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
    return result;
}

static void copy(void* to, const void* from, u64 bytes)
{
    __asm__ volatile("cld; rep movsl" : "+D"(to), "+S"(from), "+c"(bytes = bytes / 4) : : "memory");
}

// Loads everything and jumps; comes back by leave_case, from the handler.
__asm__(R"(
    .text
run_case:
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, now+576
    mov $lowStack+4096, %esp
    ljmpl *to_case

    .code32
in_case:
    mov $0x2B, %ecx
    mov %ecx, %ds
    mov %ecx, %ss
    fxrstor now
    pushl now+540
    popfl
    mov now+564, %ecx
    mov %ecx, %es
    mov now+568, %ecx
    mov %ecx, %fs
    mov now+572, %ecx
    mov %ecx, %gs
    mov now+512, %eax
    mov now+520, %edx
    mov now+524, %ebx
    mov now+528, %ebp
    mov now+532, %esi
    mov now+536, %edi
    lss now+544, %esp
    mov now+560, %ecx
    mov %ecx, %ds
    mov %cs:now+516, %ecx
    ljmpl *%cs:now+552

    .code64
    .globl enter_handler
enter_handler:
    pushq $2
    popfq
    jmp handler

leave_case:
    mov now+576, %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    ret

    .pushsection .data
to_case:
    .long in_case
    .long 0x23
    .popsection
)");

extern "C" void run_case();
extern "C" void leave_case();
extern "C" void enter_handler();

#define SELECTOR(name) ({ u32 selector; __asm__ volatile("mov %%" #name ", %0" : "=r"(selector)); selector & 0xFFFF; })

void handler(int signal, void*, u64* context)
{
    // A signal to a 64-bit process leaves these as they were.
    u32 ds = SELECTOR(ds), es = SELECTOR(es), fs = SELECTOR(fs), gs = SELECTOR(gs);
    // sigcontext begins behind uc_flags, uc_link and uc_stack: r8 to r15, rdi rsi rbp rbx rdx rax rcx rsp rip eflags, four selectors, err trapno mask cr2 fp.
    u64* m = context + 5;
    Slot* s = current;
    s->ds = ds; s->es = es; s->fs = fs; s->gs = gs;
    s->gpr[7] = (u32)m[8]; s->gpr[6] = (u32)m[9]; s->gpr[5] = (u32)m[10]; s->gpr[3] = (u32)m[11];
    s->gpr[2] = (u32)m[12]; s->gpr[0] = (u32)m[13]; s->gpr[1] = (u32)m[14]; s->gpr[4] = (u32)m[15];
    s->eip = (u32)m[16]; s->flags = (u32)m[17]; s->cs = (u32)m[18] & 0xFFFF; s->ss = (u32)(m[18] >> 48);
    s->error = (u32)m[19]; s->trap = (u32)m[20]; s->address = (u32)m[22];
    s->signal = (u32)signal;
    if (m[23]) copy(s->fx, (u8*)m[23], 512);
    __asm__ volatile("jmp leave_case");
}

// The parts of the window that a case brings along: after a hole, over a page's end, before a hole.
static const u32 PartAt[3] = { Window + 0x1000, Window + 0x1F80, Window + 0x2F40 }, PartBytes[3] = { 64, 256, 192 };

// A sum over window and code, in which every word has a weight of its own: what a case wrote beside its parts shows in the difference of two.
static u32 sum()
{
    u32 total = 0;
    for (u32 n = 0; n < 2 * Page / 4; n++) total += (((u32*)(u64)(Window + 0x1000))[n] + 3 * ((u32*)(u64)Code)[n]) * (2 * n + 1);
    return total;
}

static void one(Slot* s)
{
    u32 at = 0;
    for (int n = 0; n < 3; at += PartBytes[n++]) copy((void*)(u64)PartAt[n], s->memory + at, PartBytes[n]);
    u8* code = (u8*)(u64)s->codeAt;
    for (u32 n = 0; n < s->codeBytes; n++) code[n] = s->code[n];
    copy(now.fx, s->fx, 512);
    now.eax = s->gpr[0]; now.ecx = s->gpr[1]; now.edx = s->gpr[2]; now.ebx = s->gpr[3];
    now.esp = s->gpr[4]; now.ebp = s->gpr[5]; now.esi = s->gpr[6]; now.edi = s->gpr[7];
    now.flags = s->flags; now.eip = s->eip; now.cs = s->cs; now.ss = s->ss;
    now.ds = s->ds; now.es = s->es; now.fs = s->fs; now.gs = s->gs;
    current = s;
    u32 before = sum();
    run_case();
    s->change = sum() - before;
    for (u32 n = 0; n < s->codeBytes; n++) code[n] = 0xCC;
    at = 0;
    for (int n = 0; n < 3; at += PartBytes[n++]) copy(s->memory + at, (void*)(u64)PartAt[n], PartBytes[n]);
}

enum { Read = 0, Write = 1, Mmap = 9, Mprotect = 10, SigAction = 13, Exit = 60, SigAltStack = 131, ModifyLdt = 154 };

// At that address and nowhere else.
static bool map(u32 at, u64 bytes, int protection, int flags, int file)
{
    return call(Mmap, at, bytes, (u64)protection, (u64)(0x100000 | flags), (u64)(long)file) == (long)at;
}

struct Descriptor { u32 entry, base, limit, bits; };

static bool setup()
{
    // 3: shared file.
    if (!map(Shared, (Slots * sizeof(Slot) + Page + Page - 1) & ~(u64)(Page - 1), 3, 1, 3)) return false;
    if (!map(Window + 0x1000, 2 * Page, 3, 0x22, -1) || !map(Window + 0x4000, Page, 3, 0x22, -1) || !map(Code, 2 * Page, 7, 0x22, -1)) return false;
    for (u32 n = 0; n < Page; n++) ((u8*)(u64)Window)[0x4000 + n] = (u8)n;
    if (call(Mprotect, Window + 0x4000, Page, 1) != 0) return false;
    // The shared file's first page is a list of descriptors for the local table.
    Descriptor* d = (Descriptor*)(u64)Shared;
    for (; d->entry != 0xFFFFFFFF; d++)
        if (call(ModifyLdt, 0x11, (u64)d, sizeof(Descriptor)) != 0) return false;
    u64 stack[3] = { (u64)signalStack, 0, sizeof signalStack };
    if (call(SigAltStack, (u64)stack) != 0) return false;
    // SA_SIGINFO, SA_ONSTACK, SA_NODEFER, and SA_RESTORER, which the kernel wants although nothing returns from the handler.
    u64 action[4] = { (u64)enter_handler, 0x4C000004, (u64)enter_handler, 0 };
    const int signals[5] = { 4, 5, 7, 8, 11 };
    for (int n = 0; n < 5; n++)
        if (call(SigAction, (u64)signals[n], (u64)action, 0, 8) != 0) return false;
    return true;
}

extern "C" void _start()
{
    char word = 'x';
    if (!setup()) call(Exit, 1);
    call(Write, 1, (u64)&word, 1);
    u32 count;
    while (call(Read, 0, (u64)&count, 4) == 4)
    {
        for (u32 n = 0; n < 2 * Page; n++)
        {
            ((u8*)(u64)Window)[0x1000 + n] = 0x5A;
            ((u8*)(u64)Code)[n] = 0xCC;
        }
        for (u32 n = 0; n < count && n < Slots; n++) one((Slot*)(u64)(Shared + Page) + n);
        call(Write, 1, (u64)&word, 1);
    }
    call(Exit, 0);
}
