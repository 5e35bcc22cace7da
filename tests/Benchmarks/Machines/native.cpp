// Runs a program of kernels.cpp on the processor under us and prints what it says: the file that the first word names is put where it was linked for and called
// in compatibility mode (AMD64 Architecture Programmer's Manual, volume 2, 1.2.3) of this 64-bit process, because kernels may have no 32-bit programs
// whatever their processor can. It makes no system calls; its words are at WordsAt.
#include <cstdio>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static const unsigned long LoadedAt = 0x200000, WordsAt = 0x3F0000, Bytes = 46UL << 20;

extern "C"
{
    unsigned char low_stack[1 << 20] __attribute__((used, aligned(64)));
    unsigned long high_stack __attribute__((used));
    void call_32(unsigned entry);
}

__asm__(R"(
    .text
call_32:
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, high_stack
    mov $low_stack+1048576, %esp
    mov %edi, %edx
    ljmpl *to_32
    .code32
in_32:
    mov $0x2B, %ecx
    mov %ecx, %ds
    mov %ecx, %es
    mov %ecx, %ss
    call *%edx
    ljmpl $0x33, $in_64
    .code64
in_64:
    mov high_stack, %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    ret
    .pushsection .data
to_32:
    .long in_32
    .long 0x23
    .popsection
)");

int main(int, char** words)
{
    int file = open(words[1], O_RDONLY);
    void* place = mmap((void*)LoadedAt, Bytes, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (file < 0 || place != (void*)LoadedAt || read(file, place, WordsAt - LoadedAt) <= 0)
    {
        perror(words[1]);
        return 1;
    }
    call_32(LoadedAt);
    fputs((char*)WordsAt, stdout);
}
