// The oracle of the differential tests: a small i386 process that executes single instructions as they stand in a shared file, and writes back
// what the processor made of them: registers, flags, segments, floating point state, memory, or the trap with its error code and address. Every case
// ends with a signal: the breakpoint behind the instruction, or what the instruction earned. No library; the layout is CaseSlot.cs's.
typedef unsigned int u32;
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
    u32 saved;
};

extern "C"
{
    Now now __attribute__((used));
    Slot* current __attribute__((used));
    void handler(int signal, u32* siginfo, u32* context) __attribute__((used));
}

static u8 signalStack[16384] __attribute__((aligned(64)));

static int call(int number, u32 a, u32 b, u32 c, u32 d)
{
    int result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d) : "memory");
    return result;
}

static void copy(void* to, const void* from, u32 bytes)
{
    __asm__ volatile("cld; rep movsl" : "+D"(to), "+S"(from), "+c"(bytes = bytes / 4) : : "memory");
}

// Loads everything and jumps; comes back by leave_case, from the handler.
__asm__(R"(
    .text
run_case:
    push %ebp
    push %ebx
    push %esi
    push %edi
    mov %esp, now+576
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
    ljmp *%cs:now+552

    .globl enter_handler
enter_handler:
    pushl $2
    popfl
    jmp handler

leave_case:
    mov now+576, %esp
    pop %edi
    pop %esi
    pop %ebx
    pop %ebp
    ret
)");

extern "C" void run_case();
extern "C" void leave_case();
extern "C" void enter_handler();

void handler(int signal, u32*, u32* context)
{
    // sigcontext of i386 begins behind uc_flags, uc_link and uc_stack: gs fs es ds edi esi ebp esp ebx edx ecx eax trapno err eip cs efl uesp ss fp mask cr2.
    u32* m = context + 5;
    Slot* s = current;
    s->gs = m[0] & 0xFFFF; s->fs = m[1] & 0xFFFF; s->es = m[2] & 0xFFFF; s->ds = m[3] & 0xFFFF;
    s->gpr[7] = m[4]; s->gpr[6] = m[5]; s->gpr[5] = m[6]; s->gpr[4] = m[7];
    s->gpr[3] = m[8]; s->gpr[2] = m[9]; s->gpr[1] = m[10]; s->gpr[0] = m[11];
    s->trap = m[12]; s->error = m[13]; s->eip = m[14]; s->cs = m[15] & 0xFFFF; s->flags = m[16]; s->ss = m[18] & 0xFFFF;
    s->address = m[21];
    s->signal = (u32)signal;
    if (m[19]) copy(s->fx, (u8*)m[19] + 112, 512);
    __asm__ volatile("jmp leave_case");
}

// The parts of the window that a case brings along: after a hole, over a page's end, before a hole.
static const u32 PartAt[3] = { Window + 0x1000, Window + 0x1F80, Window + 0x2F40 }, PartBytes[3] = { 64, 256, 192 };

// A sum over window and code, in which every word has a weight of its own: what a case wrote beside its parts shows in the difference of two.
static u32 sum()
{
    u32 total = 0;
    for (u32 n = 0; n < 2 * Page / 4; n++) total += (((u32*)(Window + 0x1000))[n] + 3 * ((u32*)Code)[n]) * (2 * n + 1);
    return total;
}

static void one(Slot* s)
{
    u32 at = 0;
    for (int n = 0; n < 3; at += PartBytes[n++]) copy((void*)PartAt[n], s->memory + at, PartBytes[n]);
    u8* code = (u8*)s->codeAt;
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
    for (int n = 0; n < 3; at += PartBytes[n++]) copy(s->memory + at, (void*)PartAt[n], PartBytes[n]);
}

static bool map(u32 at, u32 pages, int protection)
{
    u32 arguments[6] = { at, pages * Page, (u32)protection, 0x100022, (u32)-1, 0 };
    return (u32)call(90, (u32)arguments, 0, 0, 0) == at;
}

struct Descriptor { u32 entry, base, limit, bits; };

static bool setup()
{
    // 3: shared file. mmap2 has six arguments; the old call takes them from memory.
    u32 arguments[6] = { Shared, (Slots * sizeof(Slot) + Page + Page - 1) & ~(Page - 1), 3, 0x100001, 3, 0 };
    if ((u32)call(90, (u32)arguments, 0, 0, 0) != Shared) return false;
    if (!map(Window + 0x1000, 2, 3) || !map(Window + 0x4000, 1, 3) || !map(Code, 2, 7)) return false;
    for (u32 n = 0; n < Page; n++) ((u8*)Window)[0x4000 + n] = (u8)n;
    if (call(125, Window + 0x4000, Page, 1, 0) != 0) return false;
    // The shared file's first page is a list of descriptors for the local table.
    Descriptor* d = (Descriptor*)Shared;
    for (; d->entry != 0xFFFFFFFF; d++)
        if (call(123, 0x11, (u32)d, sizeof(Descriptor), 0) != 0) return false;
    u32 stack[3] = { (u32)signalStack, 0, sizeof signalStack };
    if (call(186, (u32)stack, 0, 0, 0) != 0) return false;
    // SA_SIGINFO, SA_ONSTACK, SA_NODEFER; nothing returns from the handler, so nobody needs a restorer.
    u32 action[5] = { (u32)enter_handler, 0x48000004, 0, 0, 0 };
    const int signals[5] = { 4, 5, 7, 8, 11 };
    for (int n = 0; n < 5; n++)
        if (call(174, (u32)signals[n], (u32)action, 0, 8) != 0) return false;
    return true;
}

extern "C" void _start()
{
    char word = 'x';
    if (!setup()) call(1, 1, 0, 0, 0);
    call(4, 1, (u32)&word, 1, 0);
    u32 count;
    while (call(3, 0, (u32)&count, 4, 0) == 4)
    {
        for (u32 n = 0; n < 2 * Page; n++)
        {
            ((u8*)Window)[0x1000 + n] = 0x5A;
            ((u8*)Code)[n] = 0xCC;
        }
        for (u32 n = 0; n < count && n < Slots; n++) one((Slot*)(Shared + Page) + n);
        call(4, 1, (u32)&word, 1, 0);
    }
    call(1, 0, 0, 0, 0);
}
